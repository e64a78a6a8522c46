import { join } from 'node:path'

export const root = join(import.meta.dirname, '../../..')

/** What is started as a process, by the source it begins with. */
export const mains = {
  service: join(root, 'targets/service/main.ts'),
  smtp: join(root, 'targets/smtp/main.ts'),
  payments: join(root, 'targets/payments/main.ts'),
  marketplace: join(root, 'targets/marketplace/main.ts'),
  oauth: join(root, 'targets/oauth/main.ts'),
  proxy: join(root, 'faults/proxy/main.ts'),
} as const
export type Program = keyof typeof mains

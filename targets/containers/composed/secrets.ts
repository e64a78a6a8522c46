import { variable } from './variable.ts'

/**
 * As compose fills them in. The defaults guard nothing: what they belong to is reached from this machine
 * alone. `pnpm lab up` makes random ones.
 */
export const secrets = {
  password: variable('LAB_PASSWORD', 'known-to-this-machine'),
  signing: variable('LAB_SIGNING_KEY', 'known-to-this-machine-and-no-other'),
  peers: variable('LAB_PEER_KEY', 'known-to-this-machine'),
  proxy: variable('LAB_PROXY_TOKEN', 'known-to-this-machine'),
} as const

import { Option } from 'commander'
import { runtimes } from '../../base/runtime.ts'

export function runtimeOption(): Option {
  return new Option(
    '--runtime <which>',
    'where the servers run: as processes, in containers, or already (lab.config.ts)',
  )
    .choices(runtimes)
    .default('embedded')
}

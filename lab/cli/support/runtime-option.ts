import { Option } from 'commander'
import { runtimes } from '../../base/runtime.ts'

export function runtimeOption(): Option {
  return new Option('--runtime <which>', 'where the servers run: as processes, or in containers')
    .choices(runtimes)
    .default('embedded')
}

import { composedConfig } from './targets/containers/composed/lab-config.ts'

/** What `--runtime external` attaches to in this project: the system of `pnpm lab up`. */
export default composedConfig(import.meta.dirname)

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { composeFile } from './compose-file.ts'

/** `node targets/containers/composed/write.ts`: makes `docker-compose.chaos.yml` anew. */
await writeFile(join(import.meta.dirname, '../../../docker-compose.chaos.yml'), composeFile())

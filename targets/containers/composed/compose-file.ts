import { Document, isScalar, visit } from 'yaml'
import { composedSystem } from './system.ts'

const head = ` The whole system for a game day: \`docker compose -f docker-compose.chaos.yml up -d --wait\`, or \`pnpm lab up\`.
 Made by targets/containers/composed/write.ts from the files beside it; a test holds that it is up to date.`

/** The text of `docker-compose.chaos.yml`. */
export function composeFile(): string {
  // As compose reads it: `no` is false there unless it is quoted, and `<<` merges.
  const document = new Document(composedSystem, { version: '1.1' })
  document.commentBefore = head
  visit(document, {
    Seq: (_key, node) => {
      node.flow = node.items.every(item => isScalar(item) && `${item.value}`.length < 60)
    },
  })
  return document.toString({ lineWidth: 120, directives: false })
}

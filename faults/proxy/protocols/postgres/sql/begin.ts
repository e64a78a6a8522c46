import type { Draft } from './draft.ts'
import type { Level } from './level.ts'
import { takeName } from './names.ts'
import type { Tokens } from './tokens.ts'
import * as words from './words.ts'

/** Behind EXPLAIN or UNION. */
const betweenVerbs = new Set(['all', 'distinct', 'verbose', 'union', 'intersect', 'except'])

/** The first keyword of a level, or of a statement within one. The tokens stand behind it. */
export function begin(draft: Draft, level: Level, word: string, tokens: Tokens): void {
  if (word === 'with') {
    level.with = 'name'
    level.withName = ''
  } else if (words.queries.has(word)) {
    level.verb = word.toUpperCase()
    if (level.role === 'statement') draft.begins(level.verb)
    if (word === 'table') level.expected = 'source'
  } else if (level.role === 'part') {
    level.verb = '-'
    if (word === 'like' && draft.isDefinition) level.expected = 'target'
    draft.explains(word, tokens)
  } else if (!draft.explains(word, tokens) && !betweenVerbs.has(word)) {
    level.verb = word.toUpperCase()
    const isFirst = draft.kind === ''
    if (level.role === 'statement') draft.begins(level.verb)
    if (!change(draft, level) && isFirst) command(draft, level, tokens)
  }
}

/** Statements that may stand in others: behind EXPLAIN, PREPARE … AS, in a WITH. */
function change(draft: Draft, level: Level): boolean {
  switch (level.verb) {
    case 'UPDATE':
      level.expected = 'target'
      draft.changes = true
      return true
    case 'INSERT':
    case 'DELETE':
    case 'MERGE':
      draft.changes = true
      return true
  }
  return false
}

function command(draft: Draft, level: Level, tokens: Tokens): void {
  switch (level.verb) {
    case 'EXPLAIN':
      level.verb = ''
      return
    case 'COPY':
      level.expected = 'target'
      return
    case 'LOCK':
      draft.refused = 'LOCK TABLE'
      level.expected = level.list = 'target'
      return
    case 'TRUNCATE':
    case 'VACUUM':
    case 'ANALYZE':
    case 'ANALYSE':
    case 'CLUSTER':
      level.expected = level.list = 'target'
      return
    case 'LISTEN':
    case 'NOTIFY':
    case 'UNLISTEN':
      draft.channel = takeName(tokens)
      return
    case 'FETCH':
    case 'MOVE':
      draft.does = 'fetch'
      return
    case 'EXECUTE':
      draft.does = 'execute'
      draft.name = takeName(tokens)
      return
    case 'DECLARE':
      draft.does = 'declare'
      draft.name = takeName(tokens)
      return
    case 'PREPARE':
      if (tokens.isWord('transaction')) draft.refused = 'PREPARE TRANSACTION'
      else {
        draft.does = 'prepare'
        draft.name = takeName(tokens)
      }
  }
}

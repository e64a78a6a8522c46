import type { Draft } from './draft.ts'
import type { Level } from './level.ts'
import type { Tokens } from './tokens.ts'
import * as words from './words.ts'

/**
 * A word within a statement, where it may be a keyword. `last` is the word before it; the tokens stand
 * behind it.
 */
export function keyword(
  draft: Draft,
  level: Level,
  word: string,
  last: string,
  tokens: Tokens,
): void {
  if (words.endsList.has(word)) level.list = 'nothing'
  switch (word) {
    case 'select':
      level.verb = 'SELECT'
      level.list = 'nothing'
      return
    case 'from':
      from(draft, level, last)
      return
    case 'join':
      if (level.verb !== '-') level.expected = 'source'
      return
    case 'using':
      if (level.usesTables) level.expected = level.list = 'source'
      level.usesTables = false
      return
    case 'into':
      into(draft, level)
      return
    case 'union':
    case 'intersect':
    case 'except':
      level.verb = ''
      level.list = 'nothing'
      return
    case 'for':
      if (level.verb === 'SELECT') draft.refused ??= lockClause(tokens)
      else if (level.verb === 'DECLARE') level.verb = ''
      return
    case 'with':
      if (level.verb !== 'INSERT') return
      level.with = 'name'
      level.withName = ''
      return
    case 'table':
      if (level.verb === 'INSERT') level.expected = 'source'
      break
    case 'as':
      if (level.verb === 'CREATE' && draft.object === 'TABLE') draft.object = 'TABLE AS'
      if (level.verb === 'PREPARE' || level.verb === 'CREATE') level.verb = ''
      return
  }
  command(draft, level, word, last, tokens)
}

function from(draft: Draft, level: Level, last: string): void {
  if (level.verb === 'COPY') draft.refused = 'COPY FROM'
  if (last === 'distinct' || !words.readsFrom.has(level.verb)) return
  if (level.verb === 'DELETE') {
    level.expected = 'target'
    level.usesTables = true
  } else level.expected = level.list = 'source'
}

function into(draft: Draft, level: Level): void {
  if (level.verb === 'SELECT' && level.role === 'statement') draft.refused ??= 'SELECT INTO'
  else if (level.verb !== 'INSERT' && level.verb !== 'MERGE') return
  level.expected = 'target'
  level.usesTables = level.verb === 'MERGE'
}

/** `FOR UPDATE`, `FOR NO KEY UPDATE`, `FOR SHARE`, `FOR KEY SHARE`. */
function lockClause(tokens: Tokens): string | undefined {
  for (const strength of ['update', 'share']) {
    if (tokens.isWord(strength)) return `SELECT FOR ${strength.toUpperCase()}`
  }
  if (tokens.isWord('no')) return 'SELECT FOR NO KEY UPDATE'
  return tokens.isWord('key') ? 'SELECT FOR KEY SHARE' : undefined
}

/** What only some commands have in them. */
function command(draft: Draft, level: Level, word: string, last: string, tokens: Tokens): void {
  if (draft.explains(word, tokens)) return
  if (draft.isDefinition && inDefinition(draft, level, word, last)) return
  if ((word === 'table' || word === 'view') && words.namesTables.has(level.verb)) {
    level.expected = level.list = 'target'
    return
  }
  switch (level.verb) {
    case 'FETCH':
    case 'MOVE':
      draft.name = word
      return
    case 'COMMIT':
    case 'ROLLBACK':
      if (word === 'prepared') draft.refused = `${level.verb} PREPARED`
      return
    case 'LOCK': {
      const isShared = word === 'access' ? tokens.isWord('share') : word === 'row'
      if (last === 'in' && isShared) draft.refused = undefined
    }
  }
}

function inDefinition(draft: Draft, level: Level, word: string, last: string): boolean {
  if (words.readsFrom.has(level.verb)) return false
  if (level.role === 'statement') draft.defines(word)
  const isNamed =
    word === 'references' ||
    (word === 'of' && last === 'partition') ||
    (word === 'partition' && (last === 'attach' || last === 'detach')) ||
    (word === 'on' && words.onTable.has(draft.object))
  if (isNamed) level.expected = 'target'
  return isNamed
}

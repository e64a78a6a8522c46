import { parseAst } from 'rolldown/parseAst'
import { z } from 'zod'

const node = z.looseObject({ type: z.string() })
const call = z.object({
  type: z.literal('CallExpression'),
  callee: z.unknown(),
  arguments: z.array(z.unknown()),
})
const callees = z.union([
  z.object({ type: z.literal('Identifier'), name: z.string() }),
  z.object({ type: z.literal('MemberExpression'), object: z.unknown(), property: z.unknown() }),
  z.object({ type: z.literal('CallExpression'), callee: z.unknown() }),
])
const literal = z.object({ type: z.literal('Literal'), value: z.string() })
const list = z.object({ type: z.literal('ArrayExpression'), elements: z.array(literal) })

/**
 * The full title of each `control(defences, broken, …)` of a test file, as it will be when the file
 * runs: Vitest, which only parses here, does not know that these calls define tests. What stands in
 * a skipped suite is left out.
 */
export function controlTitles(source: string): readonly string[] {
  return titlesIn(parseAst(source, { lang: 'ts' }), [])
}

function titlesIn(value: unknown, suites: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(each => titlesIn(each, suites))
  const { data } = node.safeParse(value)
  if (!data) return []
  const found = call.safeParse(data).data
  const names = found ? namesOf(found.callee) : []
  if (names.includes('skip') || names.includes('todo')) return []
  const [first, second] = (found?.arguments ?? []).map(textOf)
  if (names[0] === 'control' && first !== undefined && second !== undefined) {
    return [[...suites, `control: without ${first} ${second}`].join(' > ')]
  }
  const inside = names[0] === 'describe' && first !== undefined ? [...suites, first] : suites
  return Object.values(data).flatMap(each => titlesIn(each, inside))
}

/** `describe.skip.each(…)` → `['describe', 'skip', 'each']`. */
function namesOf(value: unknown): readonly string[] {
  const { data } = callees.safeParse(value)
  if (data?.type === 'Identifier') return [data.name]
  if (data?.type === 'CallExpression') return namesOf(data.callee)
  return data ? [...namesOf(data.object), ...namesOf(data.property)] : []
}

/** Of a string, or of a list of them as in the title of a control. */
function textOf(value: unknown): string | undefined {
  const one = literal.safeParse(value).data?.value
  return (
    one ??
    list
      .safeParse(value)
      .data?.elements.map(each => each.value)
      .join(' and ')
  )
}

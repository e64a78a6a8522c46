import { LabError } from '../../base/errors.ts'
import type { ExternalSystem } from './external-system.ts'

type Lists = Pick<ExternalSystem, 'file' | 'mayHurt' | 'mayLose' | 'mayLoseAll'>

/** Whether one of the patterns names it; `*` stands for any letters but `>`. */
export function isListed(patterns: readonly string[], name: string): boolean {
  return patterns.some(pattern => matcher(pattern).test(name))
}

/**
 * Holds a fault to the lists of `lab.config.ts`: called before a run starts, and again when the fault is
 * about to be made, since a failover moves what it is aimed at.
 * @throws {LabError} `not-allowed`, `not-asked-for` (it cannot be undone), `hits-nothing`: wrong usage.
 */
export function demandAllowed(
  lists: Lists,
  { label, kind }: { readonly label: string; readonly kind: string },
  touches: readonly string[],
): void {
  if (touches.length === 0) throw hitsNothing(lists, label)
  for (const name of touches) demandListed(lists, label, name)
  if (kind !== 'destructive' || lists.mayLoseAll) return
  const unasked = touches.filter(name => !isListed(lists.mayLose, name))
  if (unasked.length > 0) throw notAskedFor(lists, label, unasked)
}

/** @throws {LabError} `not-allowed` for a part or a link that is not on the list. */
export function demandListed(
  { file, mayHurt }: Pick<Lists, 'file' | 'mayHurt'>,
  what: string,
  name: string,
): void {
  if (isListed(mayHurt, name)) return
  throw new LabError(
    {
      code: 'not-allowed',
      expected: `${what} to touch only what external.mayHurt in ${file} names`,
      found: `${name}, and a list of ${mayHurt.join(', ')}`,
      why: 'What is not on the list belongs to somebody who was not asked.',
      next: `Add '${name}' to external.mayHurt if it may be hurt, or aim the fault at another part.`,
    },
    'usage',
  )
}

function matcher(pattern: string): RegExp {
  const escaped = pattern.replace(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', '[^>]*')
  return new RegExp(`^${escaped}$`)
}

function hitsNothing({ file }: Lists, label: string): LabError {
  return new LabError(
    {
      code: 'hits-nothing',
      expected: `a link or a part for ${label} to touch`,
      found: `none that external.links or external.parts in ${file} describes`,
      why: 'A fault that touches nothing leaves the question open.',
      next: 'Lead the path through a proxy and name its link consumer>provider.',
    },
    'usage',
  )
}

function notAskedFor({ file }: Lists, label: string, parts: readonly string[]): LabError {
  return new LabError(
    {
      code: 'not-asked-for',
      expected: `to be told that what ${label} does cannot be undone`,
      found: `${parts.join(', ')} not on external.mayLose in ${file}, and no --yes-it-cannot-be-undone`,
      why: 'The lab did not make this data, and cannot bring it back.',
      next: `Add ${parts.map(name => `'${name}'`).join(', ')} to external.mayLose, or say --yes-it-cannot-be-undone.`,
    },
    'usage',
  )
}

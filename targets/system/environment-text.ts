import { LabError } from '../../lab/base/errors.ts'

/**
 * What `env` says, as a process is told: numbers as text, and what is undefined not at all.
 * @throws {LabError} `wrong-environment` for what is neither: it would arrive as `[object Object]`.
 */
export function environmentText(
  service: string,
  said: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const texts = Object.entries(said).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return []
    if (typeof value === 'string' || typeof value === 'number') return [[name, `${value}`]]
    throw new LabError({
      code: 'wrong-environment',
      expected: `env of ${service} to give texts and numbers`,
      found: `${name}: ${JSON.stringify(value)}`,
      why: 'A process is told its environment as text.',
      next: "Give the part's url, host or port, or JSON.stringify what is more than a text.",
    })
  })
  return Object.fromEntries(texts)
}

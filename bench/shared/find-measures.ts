import { readdir } from 'node:fs/promises'
import { z } from 'zod'

/** The measures of a folder: each file exports one as `measure`. Throws when `only` names another. */
export async function findMeasures<Measure extends { readonly name: string }>(
  folder: URL,
  only?: readonly string[],
): Promise<Measure[]> {
  const module = z.object({
    measure: z.custom<Measure>(
      value => z.looseObject({ name: z.string() }).safeParse(value).success,
    ),
  })
  const files = (await readdir(folder)).filter(file => file.endsWith('.ts')).sort()
  const measures = await Promise.all(
    files.map(async file => module.parse(await import(new URL(file, folder).href)).measure),
  )
  const names = measures.map(({ name }) => name)
  const unknown = only?.find(name => !names.includes(name))
  if (unknown !== undefined) {
    throw new Error(`--only: expected names of ${names.join(', ')}; found ${unknown}`)
  }
  return measures.filter(({ name }) => !only || only.includes(name))
}

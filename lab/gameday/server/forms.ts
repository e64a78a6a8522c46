import { listExperiments } from '../../model/load-experiment.ts'
import type { RunningDay } from '../conduct/running-day.ts'

/** A fault as the page fills it in, with the parts of the running system that it can strike. */
export interface OfferedForm {
  readonly name: string
  readonly family: string
  readonly says: string
  readonly strikes: string
  readonly schema: Readonly<Record<string, unknown>>
  readonly parts: readonly string[]
}

export interface Offered {
  readonly forms: readonly OfferedForm[]
  readonly experiments: readonly string[]
}

/** A fault that nothing here can be struck by is left out. */
export async function formsOf({ day, system, root }: RunningDay): Promise<Offered> {
  const parts = day.parts(system)
  const forms = day.forms.map(form => {
    const { name, family, says, strikes, schema } = form
    const accepted = parts.filter(part => form.accepts(part)).map(part => part.name)
    return { name, family, says, strikes, schema, parts: accepted }
  })
  const experiments = await listExperiments(root)
  return {
    forms: forms.filter(({ parts }) => parts.length > 0),
    experiments: experiments.map(({ name }) => name),
  }
}

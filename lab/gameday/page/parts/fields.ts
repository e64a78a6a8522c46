import { html } from 'htm/preact'

/** A setting as its schema describes it. */
export interface Field {
  readonly title?: string
  readonly type?: string
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly format?: string
}

export type Settings = Readonly<Record<string, unknown>>

export function fieldsOf(
  schema: Readonly<Record<string, unknown>>,
): Readonly<Record<string, Field>> {
  return (schema.properties ?? {}) as Record<string, Field>
}

export function defaultsOf(schema: Readonly<Record<string, unknown>>): Settings {
  const fields = Object.entries(fieldsOf(schema))
  return Object.fromEntries(fields.map(([name, field]) => [name, field.default ?? '']))
}

interface Shown {
  readonly schema: Readonly<Record<string, unknown>>
  readonly settings: Settings
  readonly change: (settings: Settings) => void
}

/** A form made from a fault's own parameters. */
export function Fields({ schema, settings, change }: Shown) {
  return html`${Object.entries(fieldsOf(schema)).map(([name, field]) => {
    const set = (value: unknown) => change({ ...settings, [name]: value })
    return html`<label key=${name}>${field.title ?? name}<${Input} name=${name} field=${field} value=${settings[name]} set=${set} /></label>`
  })}`
}

function Input({
  name,
  field,
  value,
  set,
}: {
  name: string
  field: Field
  value: unknown
  set: (value: unknown) => void
}) {
  if (field.enum) {
    return html`<select name=${name} value=${value} onChange=${(e: Event) => set((e.target as HTMLSelectElement).value)}>
      ${field.enum.map(word => html`<option value=${word}>${word}</option>`)}</select>`
  }
  if (field.type === 'boolean') {
    return html`<input type="checkbox" name=${name} checked=${value === true}
      onChange=${(e: Event) => set((e.target as HTMLInputElement).checked)} />`
  }
  if (field.type === 'number' || field.type === 'integer') {
    return html`<input type="number" name=${name} value=${value} required step=${field.type === 'integer' ? 1 : 'any'}
      min=${field.minimum} max=${field.maximum}
      onInput=${(e: Event) => set((e.target as HTMLInputElement).valueAsNumber)} />`
  }
  return html`<input name=${name} value=${value} maxlength="200" autocomplete="off"
    pattern=${field.format === 'duration' ? '\\d+(\\.\\d+)?(ms|s|m)' : undefined}
    title=${field.format === 'duration' ? 'such as 200ms, 5s or 2m' : undefined}
    onInput=${(e: Event) => set((e.target as HTMLInputElement).value)} />`
}

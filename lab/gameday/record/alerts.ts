import type { Entry } from '../../journal/journal.ts'

type Looked = Extract<Entry, { readonly kind: 'alerts' }>

/** An alert that fired, from then until it was at rest again. */
export interface Fired {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly firedMs: number
  /** Undefined while it fires. */
  readonly resolvedMs?: number
}

/** What waits out its rule's time before it fires. */
export interface Pending {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** The alerts of a day, from what its monitoring system said twice a second. */
export class Alerts {
  /** In the order in which they fired. */
  readonly fired: Fired[] = []
  pending: readonly Pending[] = []
  /** The last time that the monitoring system said anything. Undefined: it does not any longer. */
  lookedMs: number | undefined
  /** It ever said anything. */
  watched = false

  take({ active, atMs }: Pick<Looked, 'active' | 'atMs'>): void {
    this.lookedMs = atMs
    this.watched = true
    this.pending = active
      .filter(({ state }) => state === 'pending')
      .map(({ name, labels }) => ({ name, labels }))
    const firing = new Map(
      active.filter(({ state }) => state === 'firing').map(each => [keyOf(each), each]),
    )
    for (const [i, each] of this.fired.entries()) {
      if (each.resolvedMs !== undefined || firing.delete(keyOf(each))) continue
      this.fired[i] = { ...each, resolvedMs: atMs }
    }
    for (const { name, labels } of firing.values()) this.fired.push({ name, labels, firedMs: atMs })
  }

  /** Nobody looks any longer: whether they still fire is not known. */
  forget(atMs: number): void {
    if (this.lookedMs !== undefined) this.take({ active: [], atMs })
    this.lookedMs = undefined
  }
}

function keyOf({ name, labels }: Pending): string {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([name, sorted])
}

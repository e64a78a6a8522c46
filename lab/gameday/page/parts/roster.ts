import { html } from 'htm/preact'
import type { Injected } from '../../record/injected.ts'
import type { DayView } from '../../view/day-view.ts'
import type { Do } from '../base/client.ts'
import { clock, short } from '../base/words.ts'

/** So long a fault may take to touch something before it is red. */
const patienceMs = 3_000

interface Shown {
  readonly view: DayView
  readonly nowMs: number
  readonly doIt: Do
  readonly can: boolean
}

/** What is in force, and what was lately. */
export function Roster({ view, nowMs, doIt, can }: Shown) {
  const all = view.injections
  const now = all.filter(({ state }) => state === 'in force' || state === 'being made')
  const past = all
    .filter(each => !now.includes(each))
    .slice(-8)
    .reverse()
  return html`<section class="card" aria-labelledby="roster-title">
    <h2 id="roster-title">In force <span class="count">${now.length}</span></h2>
    ${now.length === 0 && html`<p class="soft">Nothing is injected.</p>`}
    <ul class="roster">${now.map(each => html`<${Row} one=${each} nowMs=${nowMs} doIt=${doIt} can=${can} />`)}</ul>
    ${
      past.length > 0 &&
      html`<details><summary>Over: ${all.length - now.length}</summary>
        <ul class="past">${past.map(
          each => html`<li><span class=${each.state === 'failed' || each.landed === 0 ? 'bad' : ''}>${each.label}</span>
            <span class="soft"> ${clock(each.askedMs)}, landed ${short(each.landed ?? 0)}, ${endOf(each)}</span>
            ${can && html` <button class="link" onClick=${() => doIt({ do: 'save', strike: each.strike })}>save as experiment</button>`}</li>`,
        )}</ul></details>`
    }
  </section>`
}

function Row({ one, nowMs, doIt, can }: { one: Injected } & Omit<Shown, 'view'>) {
  const { strike, label, by, role, appliedMs, leaseUntilMs, landed, landedOn } = one
  const sinceMs = appliedMs === undefined ? 0 : nowMs - appliedMs
  const missed = appliedMs !== undefined && sinceMs > patienceMs && (landed ?? 0) === 0
  const where = Object.entries(landedOn ?? {}).filter(([, count]) => count > 0).length
  return html`<li class=${missed ? 'missed' : ''}>
    <b>${label}</b>
    <span class="soft">by ${by} (${role}) · ${appliedMs === undefined ? 'being made' : `since ${clock(sinceMs)}`}
      ${leaseUntilMs !== undefined && html` · <span class="lease">lease ${clock(leaseUntilMs - nowMs)}</span>`}</span>
    <span class=${missed ? 'chip bad' : 'chip ok'}>${
      missed
        ? 'touches nothing'
        : landed === undefined
          ? 'not measured yet'
          : `landed ${short(landed)}${where > 1 ? ` on ${where}` : ''}`
    }</span>
    ${
      can &&
      html`<span class="row"><button onClick=${() => doIt({ do: 'heal', strike })}>Heal</button>
        ${leaseUntilMs !== undefined && html`<button class="quiet" onClick=${() => doIt({ do: 'extend', strike, leaseSeconds: 60 })}>Lease 1 min</button>`}</span>`
    }
  </li>`
}

function endOf({ state, error, healedWhy }: Injected): string {
  if (state === 'failed') return `failed: ${error ?? 'it could not be made'}`
  const words = { asked: 'healed', lease: 'lease over', stop: 'healed by the stop' } as const
  return healedWhy && healedWhy in words ? words[healedWhy as keyof typeof words] : 'over'
}

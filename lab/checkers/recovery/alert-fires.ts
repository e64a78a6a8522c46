import { toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import { alertSwitch } from '../../model/alerts.ts'
import type { Checker, Finding } from '../../model/checker.ts'
import { conclude, gapsIn, type Violation } from '../shared/conclude.ts'
import type { Window } from '../shared/strikes.ts'
import { alertLies } from './alert-lies.ts'
import { type AlertOptions, type Look, type WatchedAlert, watchedAlert } from './watched-alert.ts'

/** Looks are half a second apart; with more than this between two of them nobody can tell. */
const longestGapMs = 2_000

/** Rules are evaluated and asked each second: so long after the bound it must be seen. */
const aftermathMs = 2_000

/**
 * People are told in time: the alert fires within the bound after the strike, is resolved within the
 * bound after its healing and stays so, and does not fire before it, nor in calm. Unknown when the
 * strike was not made, or when nobody looked at the alerts before it, then, or for long enough after it.
 */
export function alertFires(options: AlertOptions): Checker {
  const { name, within, resolvesWithin } = options
  return {
    name: `alert ${name} fires within ${within} and resolves within ${resolvesWithin}`,
    timed: true,
    watchesAlerts: true,
    aftermathMs: toMs(resolvesWithin) + aftermathMs,
    defence: alertSwitch(name),
    check: journal => judge(options, watchedAlert(journal, options), journal),
    lies: alertLies(name, journal => watchedAlert(journal, options)),
  }
}

function judge({ name }: AlertOptions, seen: WatchedAlert, journal: Journal): Finding {
  const { looks, window, calm } = seen
  const fired = window && looks.find(({ entry, firing }) => firing && entry.atMs >= window.fromMs)
  const resolvedMs = window ? resolvedAfter(seen, window) : undefined
  const firedMs = fired && window ? Math.round(fired.entry.atMs - window.fromMs) : undefined
  return conclude({
    journal,
    violations: window ? violationsOf(name, seen, window) : [],
    figures: {
      looks: looks.length,
      ...(firedMs !== undefined && !calm && { firedMs }),
      ...(resolvedMs !== undefined && !calm && { resolvedMs }),
    },
    unseen: [
      ...(window ? unseenIn(seen, window) : ['The strike was not made']),
      ...gapsIn(journal),
    ],
    story: calm
      ? `Nothing was wrong, and ${name} did not fire in ${looks.length} looks.`
      : `${name} fired after ${firedMs} ms and was resolved ${resolvedMs} ms after the healing.`,
  })
}

function violationsOf(name: string, seen: WatchedAlert, window: Window): readonly Violation[] {
  const { looks, calm, strike, withinMs, resolvesWithinMs } = seen
  const firing = looks.filter(look => look.firing)
  const alarm = ({ entry: { index, atMs } }: Look): Violation => {
    const what = `${name} fired while nothing was wrong`
    return { kind: 'falseAlarm', what, entries: [index], atMs }
  }
  if (calm) return firing.map(alarm)
  const { fromMs, toMs: healedMs } = window
  const boundMs = fromMs + withinMs
  const until = looks.filter(({ entry }) => entry.atMs >= fromMs && entry.atMs <= boundMs)
  const isSeen = covers(looks, fromMs, boundMs)
  const first = firing.find(({ entry }) => entry.atMs >= fromMs)
  const late = first && `${name} fired ${Math.round(first.entry.atMs - fromMs)} ms after the strike`
  const entries = [...until.slice(-6).map(({ entry }) => entry.index), ...strike]
  const isLate = isSeen && !until.some(look => look.firing)
  return [
    ...firing.filter(({ entry }) => entry.atMs < fromMs).map(alarm),
    ...(isLate
      ? [
          {
            kind: first ? 'tooLate' : 'silent',
            what: late ?? `${name} never fired`,
            ...{ entries, atMs: fromMs },
          },
        ]
      : []),
    ...firing
      .filter(({ entry }) => entry.atMs > healedMs + resolvesWithinMs)
      .map(({ entry: { index, atMs } }) => {
        const what = `${name} still fired ${Math.round(atMs - healedMs)} ms after the healing`
        return { kind: 'unresolved', what, entries: [index], atMs }
      }),
  ]
}

/** From the healing to the first look that found it resolved for good; 0 where it was before. */
function resolvedAfter({ looks }: WatchedAlert, { toMs: healedMs }: Window): number | undefined {
  const last = looks.findLastIndex(({ firing }) => firing)
  const after = looks[last + 1]
  return after && Math.max(0, Math.round(after.entry.atMs - healedMs))
}

function unseenIn({ looks, calm, withinMs, resolvesWithinMs }: WatchedAlert, window: Window) {
  const [first, last] = [looks[0], looks.at(-1)]
  if (!first || !last) return ['Nobody looked at the alerts: the target has no monitoring']
  const startMs = calm ? first.entry.atMs : window.fromMs
  const boundMs = calm ? window.toMs : window.toMs + resolvesWithinMs
  return [
    ...(first.entry.atMs < window.fromMs ? [] : ['Nobody looked before the strike']),
    ...(last.entry.atMs > Math.max(boundMs, calm ? 0 : window.fromMs + withinMs)
      ? []
      : [`The last look was ${Math.round(boundMs - last.entry.atMs)} ms before the bound`]),
    ...(covers(looks, startMs, boundMs) ? [] : ['Nobody looked at the alerts for over 2 s']),
  ]
}

/** Whether looks follow each other closely enough from here to there. */
function covers(looks: readonly Look[], fromMs: number, toMs: number): boolean {
  const times = looks.map(({ entry }) => entry.atMs)
  const before = times.findLast(ms => ms <= fromMs)
  const after = times.find(ms => ms >= toMs)
  if (before === undefined || after === undefined) return false
  const inside = times.filter(ms => ms >= before && ms <= after)
  return inside.every((ms, place) => ms - (inside[place - 1] ?? ms) <= longestGapMs)
}

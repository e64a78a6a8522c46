import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { firstThat, told, without, withTimes } from '../shared/falsify.ts'
import { isCalm, type MadeStrike, strikesCalled } from '../shared/strikes.ts'
import { atOf, type Links, type WireEntry, wireOf } from './wire-events.ts'

export interface LetGoOptions {
  /** The strike on connections, by its name. */
  readonly from: string
  /** How long their owner may hold on to one. */
  readonly within: Duration
  /** The links it struck; default all on which it was seen. */
  readonly links?: Links
}

/**
 * Each struck connection is let go by its owner, unaided: within the time since the strike, and
 * before the lab heals it, as many connections are `abandoned` at the proxy as the strike landed
 * on. Unknown when the strike was never made, or does not say on how many connections it landed.
 */
export function landedLetGo(options: LetGoOptions): Checker {
  return {
    name: `connections struck by ${options.from} are let go within ${options.within}`,
    timed: true,
    check: journal => judge(journal, options),
    lies: liesOf(options),
  }
}

interface Struck {
  readonly strike: MadeStrike
  readonly strikeMs: number
  readonly landed: number
  /** One of each connection: the first time that its owner let it go. */
  readonly inTime: readonly WireEntry[]
  readonly late: readonly WireEntry[]
}

function struckIn(journal: Journal, options: LetGoOptions): readonly Struck[] {
  const wire = wireOf(journal, options.links)
  const seen = new Set(wire.map(({ link }) => link))
  const abandoned = wire.filter(({ what }) => what === 'abandoned')
  return strikesCalled(journal, options.from).flatMap(strike => {
    const { appliedMs, healedMs = Number.POSITIVE_INFINITY, landed = 0 } = strike
    if (appliedMs === undefined) return []
    // Of two strikes at a time each has its own links; one that names none may be on any.
    const links = strike.touches.filter(name => seen.has(name))
    const own = abandoned.filter(
      one =>
        (links.length === 0 || links.includes(one.link)) &&
        atOf(one) >= appliedMs &&
        atOf(one) < healedMs,
    )
    const each = [...Map.groupBy(own, ({ link, connection }) => `${link} ${connection}`).values()]
    const first = each.flatMap(ofOne => ofOne[0] ?? [])
    const endMs = appliedMs + toMs(options.within)
    return [
      {
        ...{ strike, strikeMs: appliedMs, landed },
        inTime: first.filter(one => atOf(one) <= endMs),
        late: first.filter(one => atOf(one) > endMs),
      },
    ]
  })
}

function judge(journal: Journal, options: LetGoOptions): Finding {
  const struck = struckIn(journal, options)
  const landed = struck.reduce((sum, each) => sum + each.landed, 0)
  const letGo = struck.reduce((sum, each) => sum + each.inTime.length, 0)
  return conclude({
    journal,
    violations: struck.flatMap((each): readonly Violation[] => {
      const { strike, strikeMs, inTime, late } = each
      const held = each.landed - inTime.length
      if (held <= 0) return []
      const what = `${held} of ${each.landed} connections struck by ${strike.name} were held longer than ${options.within}`
      const entries = [...late.map(({ index }) => index), ...strike.entries]
      return [{ kind: 'heldOn', what, entries, atMs: strikeMs }]
    }),
    figures: { landed, letGo },
    unseen: [
      ...(isCalm(journal) ? [] : tooFew(`Connections that ${options.from} landed on`, landed, 1)),
      ...gapsIn(journal),
    ],
    story: `All ${landed} struck connections were let go within ${options.within}.`,
  })
}

function liesOf(options: LetGoOptions): readonly Lie[] {
  /** Of those that are needed: with more let go than were struck, one less is no lie. */
  const needed = ({ inTime, landed, strike }: Struck) => {
    return { spare: inTime.slice(0, inTime.length - landed + 1), touched: strike.entries }
  }
  return [
    {
      name: 'holds on to one struck connection',
      found: 'invalid',
      tell: (journal, random) =>
        firstThat(random, struckIn(journal, options), struck => {
          const { spare, touched } = needed(struck)
          const gone = spare.map(({ connection, link }) => `${link} ${connection}`)
          const indices = journal.flatMap(each =>
            each.kind === 'wire' &&
            each.what === 'abandoned' &&
            gone.includes(`${each.link} ${each.connection}`)
              ? [each.index]
              : [],
          )
          return indices.length > 0 ? told(without(journal, indices), touched) : undefined
        }),
    },
    {
      name: 'lets one struck connection go a little too late',
      found: 'invalid',
      tell: (journal, random) =>
        firstThat(random, struckIn(journal, options), struck => {
          const { spare, touched } = needed(struck)
          const endMs = struck.strikeMs + toMs(options.within)
          const times = spare.map(one => [one.index, endMs + 1 - atOf(one)] as const)
          return spare.length > 0 ? told(withTimes(journal, new Map(times)), touched) : undefined
        }),
    },
  ]
}

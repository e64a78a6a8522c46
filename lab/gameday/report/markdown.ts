import type { Note } from '../record/day-state.ts'
import type { DayStory, InjectionStory } from './day-story.ts'
import {
  detection,
  effectWords,
  greenWithoutEvidence,
  moment,
  seconds,
  unexplainedAlerts,
} from './words.ts'

/** The after-action report for a wiki: surprises first, knowledge apart from tasks. */
export function markdownOf(story: DayStory): string {
  const { state, injections } = story
  const { opened } = state
  const people = [...state.people].map(([name, role]) => `${name} (${role})`).join(', ')
  return [
    `# ${line(opened?.title ?? 'Game day')}`,
    '',
    `${opened?.at ?? ''}, ${moment(state.atMs)} long; ${line(people)}. ${closing(story)}`,
    '',
    '## Surprises',
    '',
    ...list(
      injections.flatMap(each =>
        each.surprises.map(text => `**${line(each.injected.label)}**: ${line(text)}`),
      ),
    ),
    '',
    '## Injections',
    '',
    ...injections.flatMap(injection),
    ...(state.alerts.watched
      ? [
          '## Alerts that no injection explains',
          '',
          ...list(unexplainedAlerts(story).map(line)),
          '',
        ]
      : []),
    '## Green without evidence',
    '',
    ...list(greenWithoutEvidence(story).map(line)),
    '',
    '## Clean-up',
    '',
    ...list(cleanUp(story)),
    '',
    '## What we know now',
    '',
    ...list(notes(state.notes, ['fact', 'decision', 'question'])),
    '',
    '## What is to be done',
    '',
    ...list(notes(state.notes, ['follow-up']).map(text => `[ ] ${text}`)),
    '',
  ].join('\n')
}

export function closing({ state }: DayStory): string {
  if (state.closedMs !== undefined) return 'Closed with all normal again.'
  return 'Not closed: nobody has shown that all is normal again.'
}

export function cleanUp({ state }: DayStory): readonly string[] {
  const stops = state.stops.map(({ by, via, atMs, proof, released }) => {
    const left = proof
      ? proof.left.length === 0
        ? 'nothing left'
        : `left: ${proof.left.join('; ')}`
      : 'no proof'
    const after = released ? `; released by ${released.by}: ${released.reason}` : '; not released'
    return `stop at ${moment(atMs)} by ${by} (${via}): ${proof?.healed ?? 0} healed in ${proof?.tookMs ?? '?'} ms, ${left}${after}`
  })
  const look = state.looks.at(-1)
  const looked =
    look?.findings.map(({ what, ok, detail }) => `${ok ? '✓' : '✗'} ${what}: ${detail}`) ?? []
  return [...stops, ...looked]
}

function injection(story: InjectionStory): readonly string[] {
  const { injected, card, effects, word } = story
  const { form, part, settings, by, role, appliedMs, healedMs, landed = 0, despite } = injected
  const { check, alert, people, recovery } = detection(story)
  const expected = card?.expectation
  const lasted =
    appliedMs === undefined ? '' : `, in force for ${seconds((healedMs ?? appliedMs) - appliedMs)}`
  return [
    `### ${line(injected.label)}: ${word}`,
    '',
    `At ${moment(injected.askedMs)} by ${line(by)} (${role})${lasted}; landed ${landed}.`,
    ...(despite.length > 0 ? [`Struck despite: ${line(despite.join('; '))}.`] : []),
    '',
    '| | expected | observed |',
    '| --- | --- | --- |',
    `| impact | ${cell(expected?.impact)} | ${cell(effects.map(each => `${each.sentence}: ${effectWords(each)}`).join('; '))} |`,
    `| alert | ${cell(expected && (expected.alert ? `${expected.alert}, within ${expected.alertWithinMinutes} min` : 'none'))} | ${cell(alert)} |`,
    `| noticed | ${cell(expected?.response)} | by a check: ${cell(check)}; by people: ${cell(people)} |`,
    `| way back | ${cell(expected?.wayBack)} | ${cell(recovery)} |`,
    '',
    `To repeat: \`${form}\` on \`${line(part)}\` with \`${line(JSON.stringify(settings))}\``,
    '',
  ]
}

function notes(all: readonly Note[], types: readonly Note['type'][]): readonly string[] {
  return all
    .filter(({ type }) => types.includes(type))
    .map(({ type, text, by, atMs, owner, due }) => {
      const whose = [owner && `owner ${owner}`, due && `due ${due}`].filter(Boolean).join(', ')
      return line(`${type}: ${text} (${by}, ${moment(atMs)}${whose && `; ${whose}`})`)
    })
}

const list = (items: readonly string[]) =>
  items.length === 0 ? ['Nothing.'] : items.map(each => `- ${each}`)
const cell = (text: string | undefined) => (text ? line(text).replaceAll('|', '\\|') : '–')

/** One line that no renderer takes for markup. */
function line(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[<>&]/g, each => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[each] ?? each)
    .trim()
}

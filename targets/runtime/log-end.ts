import { causeOfEnd } from '../../lab/base/cause-of-end.ts'
import { logEnd } from '../../lab/processes/log-end.ts'

const mostLines = 10

/**
 * The lines of a log's end that tell of an error, or the last ones, indented to stand in a LabError's
 * `found`; empty where there is none.
 */
export function indentedLogEnd(file: string): string {
  const end = logEnd(file)
  const lines = causeOfEnd(end)?.lines ?? end.split('\n').slice(-mostLines)
  return lines.join('\n             ')
}

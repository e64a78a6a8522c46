import { logEnd } from '../../lab/processes/log-end.ts'

/** The last lines of a log, indented to stand in a LabError's `found`; empty where there is none. */
export function indentedLogEnd(file: string): string {
  return logEnd(file).replaceAll('\n', '\n             ')
}

import { appendOwnFile } from '../../base/own-file.ts'
import { printable } from '../../base/printable.ts'

/** Adds to the page of the CI job, where there is one: what its reader sees without opening a log. */
export async function addToSummary(markdown: string): Promise<void> {
  const { GITHUB_STEP_SUMMARY } = process.env
  if (GITHUB_STEP_SUMMARY) await appendOwnFile(GITHUB_STEP_SUMMARY, `${printable(markdown)}\n`)
}

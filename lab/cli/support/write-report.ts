import type { Journal } from '../../journal/journal.ts'

/**
 * Writes `report.html`, and loads what draws the plots only then: a second of work that must neither
 * delay the start nor hold up the traffic.
 */
export async function writeReport(
  folder: string,
  names?: { readonly verdict: string; readonly page: string },
  known?: Journal,
): Promise<string> {
  const report = await import('../../report/html/html.ts')
  return report.writeReport(folder, names, known)
}

import type { Conclusion } from '../../verdict/conclusion.ts'
import { table } from './table.ts'

/** What became of each of a suite: its verdict, and what stands against it. */
export function suiteTable(conclusions: readonly Conclusion[]): string {
  const rows = conclusions.map(({ verdict, experiment, checks }) => {
    const invalid = Object.entries(checks).filter(([, { word }]) => word === 'invalid')
    return [verdict, experiment, invalid.map(([name]) => name).join(', ')]
  })
  return table([['verdict', 'experiment', 'broken checks'], ...rows])
}

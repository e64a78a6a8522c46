import { describe, expect, test } from 'vitest'
import { ruleFile } from './alerts/rule-file.ts'
import { grafanaDashboard } from './grafana.ts'
import { exposedNames, metricNamesIn } from './metric-names.ts'
import { withWindow } from './panel.ts'
import { boards } from './panels.ts'

const exposed = exposedNames()
const queries = boards.flatMap(({ name, panels }) =>
  panels.flatMap(panel => panel.queries.map(query => ({ name: `${name}/${panel.id}`, query }))),
)

/** Of all that a query reads, what nobody exposes. */
const unknownIn = (expr: string) => metricNamesIn(expr).filter(name => !exposed.has(name))

describe('panels', () => {
  test('read only what somebody exposes, and read something', () => {
    for (const { name, query } of queries) {
      const expr = withWindow(query, '5s')
      expect(metricNamesIn(expr).length, name).toBeGreaterThan(0)
      expect(unknownIn(expr), name).toEqual([])
    }
  })

  test('and so do alert rules', () => {
    const rules = ruleFile('production').groups.flatMap(group => group.rules)
    for (const { alert, expr } of rules) expect(unknownIn(expr), alert).toEqual([])
  })

  test('control: a metric that nobody exposes is found, and so is what is no PromQL', () => {
    expect(unknownIn('sum(rate(lab_wire_total[5s])) / up')).toEqual(['lab_wire_total'])
    expect(() => metricNamesIn('sum(rate(up[5s])')).toThrow(SyntaxError)
  })

  test('have an id that is one panel everywhere', () => {
    const byId = Map.groupBy(
      boards.flatMap(({ panels }) => panels),
      ({ id }) => id,
    )
    for (const [id, same] of byId) expect(new Set(same).size, id).toBe(1)
  })

  test('stand on dashboards with the faults as bands, all queries through one data source', () => {
    for (const board of boards) {
      const { panels = [], annotations } = grafanaDashboard(board)
      expect(panels).toHaveLength(board.panels.length)
      expect(annotations?.list).toMatchObject([{ expr: 'lab_fault_active == 1', enable: true }])
      expect(JSON.stringify(panels)).not.toContain('$window')
    }
  })
})

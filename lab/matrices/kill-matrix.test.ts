import { expect, test } from 'vitest'
import type { PastProof } from '../history/past-proofs.ts'
import type { Claim } from '../proof/proof.ts'
import { type KillMatrixInput, killMatrix } from './kill-matrix.ts'

function claim(name: string, kind: Claim['kind'] = 'defence'): Claim {
  return {
    kind,
    name,
    off: kind === 'defence' ? name.split('+') : [],
    breaks: 'c',
    mayAlsoBreak: [],
  }
}

function proof(...claims: readonly (readonly [Claim, boolean])[]): PastProof {
  const proofs = claims.map(([claim, proved]) => ({
    claim: { ...claim, off: [...claim.off], mayAlsoBreak: [] },
    proved,
    problems: [],
  }))
  return { experiment: 'e', startedAt: '', proved: true, proofs, file: 'runs/e/proofs/1.json' }
}

const retry = claim('retry')
const both = claim('retry+breaker')
const weeds = claim('weeds', 'control')

function matrixOf(changes: Partial<KillMatrixInput>) {
  return killMatrix({
    experiments: [
      { name: 'a', claims: [retry], proof: proof([retry, true]) },
      { name: 'b', claims: [both, weeds], proof: proof([both, true], [weeds, true]) },
    ],
    defences: ['retry', 'breaker'],
    onlyByScenario: {},
    ...changes,
  })
}

test('is whole when every defence is missed and every experiment misses somebody', () => {
  const matrix = matrixOf({})
  expect(matrix.problems).toEqual([])
  expect(matrix.defences).toEqual([
    { name: 'breaker', missedBy: ['b'] },
    { name: 'retry', missedBy: ['a', 'b'] },
  ])
  expect(matrix.experiments[1]).toMatchObject({
    cells: { retry: 'proved', breaker: 'proved' },
    controls: { weeds: 'proved' },
  })
})

test('a defence nobody misses is named, unless a scenario alone can show it', () => {
  const defences = ['retry', 'breaker', 'lock']
  expect(matrixOf({ defences }).problems).toEqual(['nobody misses the defence lock'])
  const lock = { scenario: 'ACC-03', because: 'it takes a second browser' }
  expect(matrixOf({ defences, onlyByScenario: { lock } }).problems).toEqual([])
})

test('what is called shown by a scenario alone must be a defence, and one nobody else misses', () => {
  const onlyByScenario = {
    retry: { scenario: 'API-04', because: 'x' },
    old: { scenario: 'API-05', because: 'x' },
  }
  expect(matrixOf({ onlyByScenario }).problems).toEqual([
    'retry is called shown by API-04 alone, and a, b misses it',
    'old is called shown by a scenario alone, and is no defence',
  ])
})

test('an experiment that misses nobody fails it, and so does a claim that is not proved', () => {
  const experiments = [
    { name: 'blind', claims: [retry], proof: proof([retry, false]) },
    { name: 'unrun', claims: [retry] },
    { name: 'empty', claims: [] },
    { name: 'half', claims: [both, weeds], proof: proof([both, true], [weeds, false]) },
    { name: 'elsewhere', claims: [retry], notRun: 'needs root' },
  ]
  expect(matrixOf({ experiments }).problems).toEqual([
    'experiment blind misses nobody',
    'experiment unrun misses nobody',
    'experiment empty misses nobody',
    'experiment half claims to miss weeds, and that is not proved',
  ])
})

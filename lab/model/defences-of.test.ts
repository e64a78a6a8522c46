import { expect, test } from 'vitest'
import { alertFires } from '../checkers/recovery/alert-fires.ts'
import { defence } from './defence.ts'
import { defencesOf } from './defences-of.ts'

const told = alertFires({ name: 'Down', within: '1s', resolvesWithin: '1s' })

test('a check brings the rule that it misses as a defence, unless the experiment names it', () => {
  const own = defence('retry', { breaks: 'told' })
  expect(defencesOf({ defences: [own], checks: { told } })).toEqual([
    own,
    defence('alert:Down', { breaks: 'told' }),
  ])
  const named = defence('alert:Down', { breaks: 'told', mayAlsoBreak: ['other'] })
  expect(defencesOf({ defences: [named], checks: { told } })).toEqual([named])
})

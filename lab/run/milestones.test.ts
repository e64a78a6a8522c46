import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { Milestones } from './milestones.ts'

const never = () => new AbortController().signal
/** Whether a wait is over by now, with all that is due done first. */
async function isOver(wait: Promise<boolean>): Promise<boolean> {
  const over = wait.then(() => true)
  const later = new Promise<boolean>(resolve => setImmediate(() => resolve(false)))
  return await Promise.race([over, later])
}

test('a wait ends with its own strike and step, and with no other', async () => {
  const milestones = new Milestones()
  const wait = milestones.reached('cut', 'healed', never())
  milestones.reach('cut', 'applied')
  milestones.reach('kill', 'healed')
  expect(await isOver(wait)).toBe(false)
  milestones.reach('cut', 'healed')
  expect(await isOver(wait)).toBe(true)
})

test('what was reached before anybody waited is still reached', async () => {
  const milestones = new Milestones()
  milestones.reach('cut', 'applied')
  expect(await isOver(milestones.reached('cut', 'applied', never()))).toBe(true)
  expect(await isOver(milestones.reached('cut', 'applied', never()))).toBe(true)
})

test('whoever waits for a strike that will not be made is told so, whenever', async () => {
  const milestones = new Milestones()
  const before = milestones.reached('cut', 'healed', never())
  milestones.miss('cut')
  expect(await before).toBe(false)
  expect(await milestones.reached('cut', 'applied', never())).toBe(false)
})

test('everybody who waits for the same is told', async () => {
  const milestones = new Milestones()
  const waits = [0, 1].map(() => milestones.reached('cut', 'applied', never()))
  milestones.reach('cut', 'applied')
  expect(await Promise.all(waits.map(isOver))).toEqual([true, true])
})

test('an abort ends the wait with its reason, before it or during it', async () => {
  const milestones = new Milestones()
  const controller = new AbortController()
  const wait = milestones.reached('cut', 'applied', controller.signal)
  controller.abort(new Error('over'))
  await expect(wait).rejects.toThrow('over')
  milestones.reach('cut', 'applied')
  await expect(milestones.reached('cut', 'applied', controller.signal)).rejects.toThrow('over')
})

test('a wait that is over leaves no listener on the signal', async () => {
  const milestones = new Milestones()
  const { signal } = new AbortController()
  milestones.reach('cut', 'applied')
  await milestones.reached('cut', 'applied', signal)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

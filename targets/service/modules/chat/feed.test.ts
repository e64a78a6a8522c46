import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Feed } from './feed.ts'
import type { Message } from './frames.ts'

const message = (seq: number): Message => ({
  channel: 'room',
  seq,
  id: `00000000-0000-4000-8000-${`${seq}`.padStart(12, '0')}`,
  text: 'x',
})
const gapMs = 50

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function listening(feed: Feed): number[] {
  const seen: number[] = []
  feed.listeners.add({ offer: ({ seq }) => seen.push(seq) })
  return seen
}

function resuming(stored: readonly number[]) {
  return new Feed({
    gapMs,
    replay: async after => stored.filter(seq => seq > after).map(message),
    onError: error => {
      throw error
    },
  })
}

test('puts announcements in order, and drops those it had', () => {
  const feed = resuming([])
  const seen = listening(feed)
  feed.startAfter(0)
  for (const seq of [2, 1, 1, 3, 2]) feed.announce(message(seq))
  expect(seen).toEqual([1, 2, 3])
})

test('keeps what is announced before it knows where it is', () => {
  const feed = resuming([])
  const seen = listening(feed)
  feed.announce(message(6))
  feed.announce(message(5))
  feed.startAfter(5)
  expect(seen).toEqual([6])
})

test('fills a gap from what is stored, once it has lasted', async () => {
  const feed = resuming([1, 2, 3])
  const seen = listening(feed)
  feed.startAfter(0)
  feed.announce(message(3))
  await vi.advanceTimersByTimeAsync(gapMs - 1)
  expect(seen).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(seen).toEqual([1, 2, 3])
})

test('closes a gap on time, however many announcements come behind it', async () => {
  const feed = resuming([1, 2, 3, 4, 5, 6])
  const seen = listening(feed)
  feed.startAfter(0)
  for (let seq = 2; seq <= 6; seq++) {
    feed.announce(message(seq))
    await vi.advanceTimersByTimeAsync(gapMs / 5)
  }
  expect(seen).toEqual([1, 2, 3, 4, 5, 6])
})

test('control: without a store the gap stays, and what follows goes on', async () => {
  const feed = new Feed({ gapMs, onError: () => {} })
  const seen = listening(feed)
  for (const seq of [1, 3, 4]) feed.announce(message(seq))
  expect(seen).toEqual([1])
  await vi.advanceTimersByTimeAsync(gapMs)
  expect(seen).toEqual([1, 3, 4])
})

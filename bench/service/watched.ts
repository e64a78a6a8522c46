const everyMs = 200

/** Does the work, and tells the highest value seen meanwhile. */
export async function watched<T>(look: () => Promise<number>, work: () => Promise<T>) {
  let highest = await look()
  let looking: Promise<void> | undefined
  const timer = setInterval(() => {
    looking ??= look()
      .then(value => {
        highest = Math.max(highest, value)
      })
      .finally(() => {
        looking = undefined
      })
    // What cannot be seen fails at the end, not in the timer.
    looking.catch(() => {})
  }, everyMs)
  try {
    const result = await work()
    await looking
    return { result, highest: Math.max(highest, await look()) }
  } finally {
    clearInterval(timer)
  }
}

/**
 * `node --import slow-turns.ts …`: from one SIGUSR2 to the next, every turn of this process's event
 * loop takes `TURN_MS` of computing, as where one request costs too much.
 */
const turnMs = Number(process.env.TURN_MS)
let isSlow = false

function turn(): void {
  const endsAt = performance.now() + turnMs
  while (performance.now() < endsAt);
  if (isSlow) setImmediate(turn)
}

process.on('SIGUSR2', () => {
  isSlow = !isSlow
  if (isSlow) turn()
})

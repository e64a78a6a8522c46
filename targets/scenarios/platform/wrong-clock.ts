/**
 * `node --import wrong-clock.ts …`: the wall clock of this process is off by `CLOCK_OFF_MS`, from its
 * start, or with `CLOCK_JUMPS=yes` from the first SIGUSR2 on. Timers and monotonic time are true, as
 * they are where somebody sets a machine's clock.
 */
const offMs = Number(process.env.CLOCK_OFF_MS)
let appliedMs = process.env.CLOCK_JUMPS === 'yes' ? 0 : offMs
process.on('SIGUSR2', () => {
  appliedMs = offMs
})

const TrueDate = Date
const now = () => TrueDate.now() + appliedMs

globalThis.Date = new Proxy(TrueDate, {
  construct: (date, args, target) =>
    Reflect.construct(date, args.length === 0 ? [now()] : args, target),
  apply: date => new date(now()).toString(),
  get: (date, name) => (name === 'now' ? now : Reflect.get(date, name)),
})

import { lastingContract } from '../contract.ts'
import { linkTrials } from '../link-trials.ts'
import { nodeProgram } from '../node-program.ts'

await lastingContract({
  room: 'program',
  oneAtATime: true,
  bench: () => linkTrials('http', nodeProgram),
})

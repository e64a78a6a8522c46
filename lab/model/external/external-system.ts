import type { ExternalConfig } from './external-config.ts'

/** A system that runs already, as the project's `lab.config.ts` describes it. */
export interface ExternalSystem extends ExternalConfig {
  /** Where it is described: paths in it begin in its folder. */
  readonly file: string
  /** Whoever runs the experiment has said that data may be destroyed on every part of `mayHurt`. */
  readonly mayLoseAll: boolean
  /** Nothing is started, hurt or followed: it is looked at, to say what will be refused. */
  readonly onlyLooks: boolean
}

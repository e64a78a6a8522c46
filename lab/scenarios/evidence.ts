/** Something executable that says which scenario it shows. */
export interface Evidence {
  readonly id: string
  readonly kind: 'test' | 'experiment' | 'benchmark'
  /** Relative to the project. */
  readonly file: string
}

/** Something executable that says which scenario it shows. */
export interface Evidence {
  readonly id: string
  /** A control shows that the tests of its scenario can fail; it shows nothing else. */
  readonly kind: 'test' | 'experiment' | 'benchmark' | 'control'
  /** Relative to the project. */
  readonly file: string
  /** Of a test or a control, with the titles of the suites around it. */
  readonly title?: string
}

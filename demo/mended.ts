import { demoOf } from './plan.ts'

export default demoOf('mended')

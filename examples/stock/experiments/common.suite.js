import { commonExperiments } from 'resilience-lab/common'
import { looking, moving, target } from '../resilience/target.js'

export default commonExperiments(target, { write: moving, read: looking })

/** A lab that starts its operations later than this measures the machine and not the service. */
export const lateMs = 100

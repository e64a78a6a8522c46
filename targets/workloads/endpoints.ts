export {
  type Endpoint,
  endpointAt,
  Seats,
  type WithEndpoints,
} from '../../lab/workloads/endpoints.ts'

/** Which instance, of so many, an operation of a client that stays went to: `shop-1`, … */
export function seatOf(instances: number): (operation: { readonly client: number }) => string {
  return ({ client }) => `shop-${(client % instances) + 1}`
}

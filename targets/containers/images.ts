/**
 * The official images, pinned by version; each can be another by its variable in the environment.
 * `.ci/docker/stand-ins` builds stand-ins under the same names where no registry can be reached.
 */
export const images = {
  postgres: { name: 'postgres:18.1-bookworm', variable: 'LAB_IMAGE_POSTGRES' },
  redis: { name: 'redis:7.4.2-bookworm', variable: 'LAB_IMAGE_REDIS' },
  toxiproxy: { name: 'ghcr.io/shopify/toxiproxy:2.12.0', variable: 'LAB_IMAGE_TOXIPROXY' },
  haproxy: { name: 'haproxy:3.0.5-bookworm', variable: 'LAB_IMAGE_HAPROXY' },
  prometheus: { name: 'prom/prometheus:v2.53.2', variable: 'LAB_IMAGE_PROMETHEUS' },
  grafana: { name: 'grafana/grafana:11.2.0', variable: 'LAB_IMAGE_GRAFANA' },
  service: { name: 'resilience-lab/service:0.1.0', variable: 'LAB_IMAGE_SERVICE' },
  proxy: { name: 'resilience-lab/proxy:0.1.0', variable: 'LAB_IMAGE_PROXY' },
  peers: { name: 'resilience-lab/peers:0.1.0', variable: 'LAB_IMAGE_PEERS' },
} as const
export type ImageName = keyof typeof images

/** Which image is used, as the environment says it. */
export function imageOf(
  name: ImageName,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return environment[images[name].variable] || images[name].name
}

/** What a driver says of the server behind it. `since` is when it last changed between up and down. */
export interface DependencyHealth {
  name: string;
  up: boolean;
  since: Date;
  detail?: string;
}

export interface HealthCheck {
  name: string;
  check(): Promise<DependencyHealth> | DependencyHealth;
}

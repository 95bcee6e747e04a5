import type { ChannelModel } from "amqplib";
import type { Role } from "./bus.js";

/** All that a driver supplies: connections with amqplib's API. Everything else is written once, against that API. */
export interface Driver {
  connect(role: Role): Promise<ChannelModel>;
}

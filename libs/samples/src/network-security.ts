import { logistic, type Draw } from "./draw.js";
import type { Cell, Drawn, SampleKind } from "./sample.js";

/** How each sign of a web address is spread over −1, 0, 1, how much −1 speaks for phishing, and the share of missing cells. */
const signs: readonly (readonly [name: string, shares: readonly number[], weight: number, missing: number])[] = [
  ["having_IP_Address", [0.3, 0, 0.7], 0.5, 0],
  ["URL_Length", [0.75, 0.02, 0.23], 0.1, 0.03],
  ["Shortining_Service", [0.13, 0, 0.87], 0.3, 0],
  ["having_At_Symbol", [0.15, 0, 0.85], 0.3, 0],
  ["double_slash_redirecting", [0.13, 0, 0.87], 0.1, 0],
  ["Prefix_Suffix", [0.8, 0, 0.2], 1.2, 0],
  ["having_Sub_Domain", [0.3, 0.35, 0.35], 0.8, 0.03],
  ["SSLfinal_State", [0.28, 0.12, 0.6], 2.2, 0.02],
  ["Domain_registeration_length", [0.6, 0, 0.4], 0.4, 0.05],
  ["Favicon", [0.18, 0, 0.82], 0.1, 0],
  ["port", [0.13, 0, 0.87], 0.2, 0],
  ["HTTPS_token", [0.16, 0, 0.84], 0.2, 0],
  ["Request_URL", [0.4, 0, 0.6], 0.7, 0.04],
  ["URL_of_Anchor", [0.28, 0.5, 0.22], 2.0, 0.04],
  ["Links_in_tags", [0.35, 0.4, 0.25], 0.8, 0.04],
  ["SFH", [0.74, 0.07, 0.19], 0.6, 0],
  ["Submitting_to_email", [0.18, 0, 0.82], 0.2, 0],
  ["Abnormal_URL", [0.15, 0, 0.85], 0.1, 0],
  ["Redirect", [0, 0.88, 0.12], 0, 0],
  ["on_mouseover", [0.11, 0, 0.89], 0.1, 0],
  ["RightClick", [0.04, 0, 0.96], 0.1, 0],
  ["popUpWidnow", [0.18, 0, 0.82], 0.1, 0],
  ["Iframe", [0.09, 0, 0.91], 0.1, 0],
  ["age_of_domain", [0.47, 0, 0.53], 0.5, 0.08],
  ["DNSRecord", [0.31, 0, 0.69], 0.4, 0],
  ["web_traffic", [0.24, 0.23, 0.53], 1.2, 0.06],
  ["Page_Rank", [0.74, 0, 0.26], 0.4, 0.1],
  ["Google_Index", [0.14, 0, 0.86], 0.4, 0],
  ["Links_pointing_to_page", [0.05, 0.55, 0.4], 0.3, 0.03],
  ["Statistical_report", [0.14, 0, 0.86], 0.2, 0],
];
const STEEP = 1.15;
const INTERCEPT = -3.4;
const REPEATED = 0.4;
const REMEMBERED = 2000;
const drifting = new Set(["URL_Length", "having_Sub_Domain", "Request_URL", "web_traffic"]);

/** Web addresses, most of them honest; two of five rows are exact copies of earlier ones, as addresses of one site are. */
export const networkSecurity: SampleKind = {
  name: "network-security",
  about: "30 signs of a web address, −1, 0 or 1; −1 as Result is phishing",
  files: [{ file: "network-security.csv", header: [...signs.map(([name]) => name), "Result"] }],
  metric: "f1",
  rowsOf(draw, drift) {
    const seen: Drawn[] = [];
    return (index) => {
      if (index > 20 && draw.chance(REPEATED)) return seen[Math.floor(draw.next() * seen.length)]!;
      const drawn = site(draw, drift);
      seen[index % REMEMBERED < seen.length ? index % REMEMBERED : seen.length] = drawn;
      return drawn;
    };
  },
};

function site(draw: Draw, drift: number): Drawn {
  // What a site is like shows in several of its signs at once.
  const shady = draw.normal(0, 0.12);
  const cells: Cell[] = signs.map(([name, shares, weight, missing]) => {
    const moved = drifting.has(name) ? drift * 0.4 : 0;
    const value = signOf(shares, draw.next() - shady * Math.min(1, weight) - moved);
    return draw.chance(missing) ? undefined : value;
  });
  // A missing sign says nothing, so that the best score can be reached.
  const score = signs.reduce((sum, [, , weight], index) => sum - STEEP * weight * ((cells[index] as number) ?? 0), 0);
  const chance = logistic(score + INTERCEPT);
  return { files: [[[...cells, draw.chance(chance) ? -1 : 1]]], chance };
}

function signOf([low, middle]: readonly number[], at: number): number {
  return at < low! ? -1 : at < low! + middle! ? 0 : 1;
}

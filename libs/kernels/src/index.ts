export { newLayout, type Layout } from "./arena.js";
export { openProgram, programOn, type Program } from "./program.js";
export { defaultThreads, openTeam, teamOf, type Team } from "./team.js";

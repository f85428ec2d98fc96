// Blocks on standard input (JSON), HTML on standard output, as slack-blocks-to-jsx draws them.
import { readFileSync } from "node:fs";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { Message } from "slack-blocks-to-jsx";

const { blocks, name, logo } = JSON.parse(readFileSync(0, "utf-8"));
const data = { users: [{ id: "U1", name: "Anna" }, { id: "U2", name: "Dana" }] };
process.stdout.write(renderToStaticMarkup(createElement(Message, { blocks, name, logo, data, time: new Date(2026, 0, 5, 9, 41) })));

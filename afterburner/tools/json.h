/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.h - writes JSON to a stream.
 *
 * Invariant: whatever bytes a name in a file has, the output is valid JSON in ASCII (RFC 8259).
 */
#ifndef AFTERBURNER_TOOLS_JSON_H
#define AFTERBURNER_TOOLS_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *out;
	bool comma; /* the next value needs a comma in front */
};

/* Begin and end an object or array; `key` is NULL inside arrays and at the top. */
void json_open(struct json *j, const char *key, char bracket);
void json_close(struct json *j, char bracket);

/* One member. Bytes of strings outside printable ASCII become \u00xx. */
void json_string(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, uint64_t value);
void json_bool(struct json *j, const char *key, bool value);

/* An address as a string, because JSON numbers lose bits above 53. */
void json_hex(struct json *j, const char *key, uint64_t value);

#endif

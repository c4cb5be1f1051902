/*
 * How explain speaks, for the steps of layers too (explain_layers.c).
 */
#ifndef HOST_EXPLAIN_H
#define HOST_EXPLAIN_H

#include "layers.h"
#include "report.h"

/* One line: of which step, "" while that is the one before, and what happens there, as report() has it. */
__attribute__((format(printf, 3, 4))) void step(const char *name, const char *keys, const char *format, ...);

/*
 * Which device is meant, how long it is waited for (seconds: for it alone, or NOT_GIVEN), as what it is mounted.
 * `of` stands before the keys: what it is the device of, "" for root.
 */
void explain_device(const char *name, const char *of, const struct rootspec *spec);
void explain_wait(const char *of, const struct params *params, int seconds);
void explain_types(const char *name, const char *of, const char *types);

/* The steps of layers, in their order. */
void explain_loop(const struct layers *layers);
void explain_verity(const struct params *params, const struct layers *layers);
void explain_overlay(const struct params *params, const struct layers *layers);

#endif

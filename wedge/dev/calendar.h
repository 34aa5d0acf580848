/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calendar.h - the Gregorian calendar as pure arithmetic on days.
 *
 * Seconds and days count from 0000-03-01, so that everything a clock chip can show from year 1 on
 * is unsigned; CALENDAR_UNIX is the Unix epoch in that count.
 */
#ifndef WEDGE_DEV_CALENDAR_H
#define WEDGE_DEV_CALENDAR_H

#include <stdint.h>

#define CALENDAR_DAY  86400u
#define CALENDAR_UNIX ((uint64_t)719468 * CALENDAR_DAY)

struct calendar {
	uint32_t year;	  /* 1 to 9999 */
	uint32_t month;	  /* 1 to 12 */
	uint32_t day;	  /* 1 to 31 */
	uint32_t weekday; /* 1 Sunday to 7 Saturday; calendar_days ignores it */
};

/* The date of a day, 0 to 2^31. */
struct calendar calendar_date(uint32_t days);

/* The day of a date; days past a month's end run on into the next. */
uint32_t calendar_days(const struct calendar *date);

#endif

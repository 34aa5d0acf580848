/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calendar.c - days to dates and back.
 *
 * Years begin in March here, so that the leap day is the last day of a year and the lengths of the
 * months follow one linear rule: month m (0 = March) begins at day (153 * m + 2) / 5.
 *
 * Invariant: calendar_days(calendar_date(d)) == d.
 */
#include "calendar.h"

enum {
	DAYS_PER_YEAR = 365,
	DAYS_PER_4_YEARS = 1461,
	DAYS_PER_100_YEARS = 36524,
	DAYS_PER_400_YEARS = 146097
};

struct calendar calendar_date(uint32_t days)
{
	uint32_t era = days / DAYS_PER_400_YEARS, day = days % DAYS_PER_400_YEARS;
	/* Take out the leap days before `day`, then years have 365 days. */
	uint32_t leaps = day / (DAYS_PER_4_YEARS - 1) - day / DAYS_PER_100_YEARS +
			 day / (DAYS_PER_400_YEARS - 1);
	uint32_t year = (day - leaps) / DAYS_PER_YEAR;
	uint32_t month;
	struct calendar date;

	day -= DAYS_PER_YEAR * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	date.day = day - (153 * month + 2) / 5 + 1;
	date.month = month < 10 ? month + 3 : month - 9;
	date.year = era * 400 + year + (date.month <= 2);
	date.weekday = (days + 3) % 7 + 1;
	return date;
}

uint32_t calendar_days(const struct calendar *date)
{
	uint32_t year = date->year - (date->month <= 2);
	uint32_t month = date->month > 2 ? date->month - 3 : date->month + 9;
	uint32_t of_era = year % 400;

	return year / 400 * DAYS_PER_400_YEARS + of_era * DAYS_PER_YEAR + of_era / 4 -
	       of_era / 100 + (153 * month + 2) / 5 + date->day - 1;
}

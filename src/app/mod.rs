//! The program: configuration, and the tasks that carry one alert from tick to telling.

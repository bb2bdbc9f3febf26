package carafe.feature.courses;

/** Names a lesson. */
record LessonRef(String course, String lesson) {}
